// What is asked for: the fields of the form, the address of the page, the parameters of the API.

const NAMES = ["plate", "match", "since", "until", "camera", "region", "sure", "review"];

/** Fill the form from the page's address. */
export function fillForm(form, search) {
  const asked = new URLSearchParams(search);
  for (const name of NAMES) {
    const field = form.elements[name];
    if (field && asked.has(name)) {
      const value = asked.get(name);
      if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value)) field.add(new Option(value, value));
      field.value = value;
    }
  }
}

/** Give the page's address for what the form asks for. */
export function pageAddress(form) {
  const asked = new URLSearchParams();
  for (const name of NAMES) {
    const value = form.elements[name]?.value.trim() ?? "";
    if (value && !(name === "match" && value === "pattern")) asked.set(name, value);
  }
  return asked.size ? `?${asked}` : location.pathname;
}

/** Give the API's parameters for what the form asks for. */
export function apiQuery(form) {
  const value = (name) => form.elements[name]?.value.trim() ?? "";
  const asked = new URLSearchParams();
  for (const name of ["plate", "camera", "region", "review"]) if (value(name)) asked.set(name, value(name));
  if (value("plate") && value("match") && value("match") !== "pattern") {
    asked.set("match", value("match").replace("2", ""));
    if (value("match") === "fuzzy2") asked.set("max_distance", "2");
  }
  // Fields hold times of where the reader is.
  for (const name of ["since", "until"]) if (value(name)) asked.set(name, new Date(value(name)).toISOString());
  if (value("sure")) {
    const [from, to] = value("sure").split("-");
    asked.set("confidence_from", from);
    asked.set("confidence_to", to);
  }
  return asked;
}
