/**
 * The code of a voting card in the address (#c=…), taken out of the address and the history before anything else runs
 * (CL-07). A fragment is never sent to a server.
 */

let taken = null;

if (window.location.hash.startsWith("#c=")) {
  taken = window.location.hash.slice(3);
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
}

/** The code, once; null when the address had none. */
export function takeCardCode() {
  const code = taken;
  taken = null;
  return code;
}
