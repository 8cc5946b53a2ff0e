// Stores what is changed, shortly after it is, and never over what somebody else has stored.

import { ask } from "../http.js";

const WAIT_MS = 500;
const AGAIN_MS = 3000;

export const labelsUrl = (image) => `/api/labels/${image.split("/").map(encodeURIComponent).join("/")}`;

export class Saver {
  /**
   * `tell(state, detail)` hears "saved", "waiting", "saving" and "failed"; `ask(work, theirs)` is
   * called when somebody else was first, and changes `work` by what the person decides.
   */
  constructor(tell, conflict) {
    this.tell = tell;
    this.conflict = conflict;
    this.timer = 0;
    this.running = Promise.resolve();
    this.asking = false;
    this.isBusy = false;
  }

  /** Note that `work` was changed. */
  changed(work) {
    clearTimeout(this.timer);
    if (!work.isDirty) {
      this.tell("saved");
      return;
    }
    this.tell("waiting");
    this.timer = setTimeout(() => this.flush(work), WAIT_MS);
  }

  /** Store `work` now; true when all of it is stored. */
  flush(work, { keepalive = false } = {}) {
    clearTimeout(this.timer);
    this.running = this.running.then(() => this.#store(work, keepalive));
    return this.running;
  }

  async #store(work, keepalive) {
    if (!work.isDirty) return true;
    this.tell("saving");
    this.isBusy = true;
    const shot = work.shot();
    const json = { ...work.change, revision: work.revision };
    try {
      const answer = await ask(labelsUrl(work.image), { method: "PUT", json, keepalive });
      work.markSaved(shot, answer.revision);
    } catch (error) {
      return await this.#failed(work, error);
    } finally {
      this.isBusy = false;
    }
    if (work.isDirty) this.changed(work);
    else this.tell("saved");
    return !work.isDirty;
  }

  async #failed(work, error) {
    if (error.status === 409) {
      this.tell("failed"); // the question tells why
      if (this.asking) return false;
      this.asking = true;
      await this.conflict(work, error.body);
      this.asking = false;
      if (work.isDirty) return this.#store(work, false);
      this.tell("saved");
      return true;
    }
    this.tell("failed", error.message);
    // Labels that the server refuses do not become right by waiting.
    if (error.status === 0 || error.status >= 500) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(work), AGAIN_MS);
    }
    return false;
  }
}
