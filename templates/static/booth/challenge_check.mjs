/**
 * The page on a second device: which choice did an opened ballot hold? Nothing is sent.
 */

import { drawReview } from "./ballot_paper.mjs";
import { decodeElection } from "./election.mjs";
import { utf8 } from "./encoding.mjs";
import { Flaw, Malformed } from "./errors.mjs";
import { readOpening } from "./opening.mjs";
import { at, blame, bytesAt, given, hide, show, speaker } from "./page.mjs";

const { url } = given("checked");
const say = speaker(given("strings"));

show("opening-form");
at("opening-file").addEventListener("change", async () => {
  const [file] = at("opening-file").files;
  if (file !== undefined) at("opening").value = await file.text();
});
at("opening-form").addEventListener("submit", (event) => {
  event.preventDefault();
  judge(at("opening").value.trim());
});

async function judge(text) {
  hide("holds", "fails");
  blame("opening", "");
  let election = null;
  try {
    election = decodeElection(await bytesAt(`${url}/election.json`));
  } catch {
    blame("opening", say("failed"));
    return;
  }
  try {
    const { code, selections } = readOpening(utf8(text), election);
    at("opened-code").textContent = code;
    drawReview(at("opened-words"), election, selections, say);
    finish("holds");
  } catch (flaw) {
    if (flaw instanceof Malformed) blame("opening", say("unreadable"));
    else if (flaw instanceof Flaw && flaw.code === "opening.election") blame("opening", say("other_vote"));
    else finish("fails");
  }
}

function finish(id) {
  show(id);
  at(id).querySelector(".notice-title").focus();
}
