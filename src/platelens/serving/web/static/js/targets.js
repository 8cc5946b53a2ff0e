// Where events are sent: listed, added, switched off, removed.

import { byId } from "./dom.js";
import { ask } from "./http.js";

/** Show the targets; a service that cannot send anything shows nothing. */
export async function showTargets() {
  let answer;
  try {
    answer = await ask("/api/v1/targets");
  } catch (error) {
    if (error.status === 404) return;
    throw error;
  }
  byId("targets-section").hidden = false;
  void answer;
}
