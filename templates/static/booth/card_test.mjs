/**
 * «Δοκιμή κάρτας»: the credential of a card in one vote, looked up in the published list; the code is sent nowhere.
 */

import { takeCardCode } from "./fragment.mjs";
import { masterPublic, parseCode, publicCredential } from "./card.mjs";
import { array, parseJson } from "./encoding.mjs";
import { CREDENTIALS_LIMIT } from "./election.mjs";
import { Flaw } from "./errors.mjs";
import { groupNamed } from "./group.mjs";
import { at, blame, bytesAt, given, hide, show, speaker } from "./page.mjs";

const { uuid, group: name, list } = given("tested");
const say = speaker(given("strings"));

show("card-form");
at("card-form").addEventListener("submit", (event) => {
  event.preventDefault();
  judge(at("card").value);
});
const scanned = takeCardCode();
if (scanned !== null) judge(scanned);

async function judge(typed) {
  hide("is-listed", "not-listed");
  blame("card", "");
  try {
    const group = groupNamed(name);
    const credential = group.encode(publicCredential(group, masterPublic(group, parseCode(typed)), uuid));
    const listed = array(parseJson(await bytesAt(list), { sizeLimit: CREDENTIALS_LIMIT })).includes(credential);
    const verdict = listed ? "is-listed" : "not-listed";
    at("card").value = "";
    show(verdict);
    at(verdict).querySelector(".notice-title").focus();
  } catch (flaw) {
    const known = flaw instanceof Flaw && flaw.code.startsWith("card.");
    blame("card", say(known ? flaw.code : "failed"));
  }
}
