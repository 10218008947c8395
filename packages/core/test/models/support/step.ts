import type fc from "fast-check";

/** A model that holds its promises whenever time has passed. */
interface Passing {
  pass(ms: number): Promise<void>;
}

/** Does something where it may be done, lets so much time pass, and has all promises held. */
export const step = <World extends Passing>(
  name: string,
  check: (world: World) => boolean,
  act: (world: World) => void,
  ms = 0,
): fc.AsyncCommand<World, World> => ({
  check,
  run: async (world) => {
    act(world);
    await world.pass(ms);
  },
  toString: () => name,
});
