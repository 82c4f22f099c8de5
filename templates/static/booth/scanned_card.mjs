/** A card was scanned: its code goes on, in the fragment of an address again, only to the page the citizen chooses. */

import { takeCardCode } from "./fragment.mjs";
import { show } from "./page.mjs";

const code = takeCardCode();
if (code !== null) {
  show("scanned");
  for (const link of document.querySelectorAll("a.with-card")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      window.location.assign(`${link.pathname}#c=${code}`);
    });
  }
}
