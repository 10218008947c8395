export class StatusDesk {
  host: unknown;
  constructor(host: unknown) { this.host = host; }
}
