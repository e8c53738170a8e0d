/** Freezes the clock of a synth: the expiry of an AppSync API key is counted from now, and two synths must be equal. */
const FROZEN = Date.UTC(2026, 0, 1);
const RealDate = globalThis.Date;
globalThis.Date = class Date extends RealDate {
  constructor(...parts) {
    if (parts.length) super(...parts);
    else super(FROZEN);
  }
  static now() {
    return FROZEN;
  }
};
