// `npm run gallery`: draws what every notifier sends and writes it to `out/index.html`.
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { collect } from "./collect/collect.ts";
import { galleryPage } from "./page/page.ts";

const folder = new URL("../out/", import.meta.url);
const file = new URL("index.html", folder);

const exhibits = await collect();
await mkdir(folder, { recursive: true });
await writeFile(file, galleryPage(exhibits));
console.log(`${exhibits.length} exhibits: open ${fileURLToPath(file)} in a browser`);
