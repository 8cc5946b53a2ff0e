// The labels of one picture while they are worked on, with all that can be undone.

const COALESCE_MS = 1200;
const MOST_STEPS = 500;

export class Work {
  constructor(record, revision) {
    this.picture = { width: record.width, height: record.height };
    this.image = record.image;
    this.plates = structuredClone(record.plates);
    this.done = record.done === true;
    this.revision = revision; // of what the server has
    this.saved = this.#shot();
    this.past = [];
    this.future = [];
    this.lastKind = "";
    this.lastTime = 0;
  }

  /** Whether there is something that the server does not have. */
  get isDirty() {
    return this.#shot() !== this.saved;
  }

  /** What is to be sent. */
  get change() {
    return { plates: this.plates, done: this.done };
  }

  /** Give the state now, to tell `markSaved` what was sent. */
  shot() {
    return this.#shot();
  }

  markSaved(shot, revision) {
    this.saved = shot;
    this.revision = revision;
  }

  /**
   * Change something. Steps of the same kind, one soon after the other, are undone together;
   * kind "" stands alone.
   */
  edit(kind, change) {
    const before = this.#shot();
    change(this);
    if (this.#shot() === before) return;
    const now = performance.now();
    const goesOn = kind !== "" && kind === this.lastKind && now - this.lastTime < COALESCE_MS;
    if (!goesOn) this.past.push(before);
    if (this.past.length > MOST_STEPS) this.past.shift();
    this.future = [];
    this.lastKind = kind;
    this.lastTime = now;
  }

  undo() {
    return this.#step(this.past, this.future);
  }

  redo() {
    return this.#step(this.future, this.past);
  }

  #step(from, to) {
    if (!from.length) return false;
    to.push(this.#shot());
    const { plates, done } = JSON.parse(from.pop());
    this.plates = plates;
    this.done = done;
    this.lastKind = "";
    return true;
  }

  #shot() {
    return JSON.stringify(this.change);
  }
}
