/**
 * Loaded into a process before the product (`node --require`): its wall clock is off by the
 * milliseconds that stand in a file, which is read again and again. Monotonic time is not touched.
 */
const { readFileSync } = require('node:fs');
const path = require('node:path');

const LOOK_MS = 100;
const file = path.join(process.env.FAULTS_CLOCK_DIR, process.env.PORT);
const RealDate = Date;
let shiftMs = 0;

function look() {
  try {
    shiftMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    shiftMs = 0;
  }
}

class ShiftedDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(ShiftedDate.now());
    else super(...args);
  }
  static now() {
    return RealDate.now() + shiftMs;
  }
  static [Symbol.hasInstance](value) {
    return value instanceof RealDate;
  }
}

look();
setInterval(look, LOOK_MS).unref();
globalThis.Date = ShiftedDate;
