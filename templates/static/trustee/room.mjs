/**
 * The trustees' room: the only module here that touches the page.
 *
 * It asks the service which step the ceremony is in and does this trustee's part: key, polynomial, shares, key check,
 * decryption. The seed lives in this module's memory and in the sealed key file; nothing secret is sent or stored.
 */

import { compact, decodeUtf8, utf8 } from "../booth/encoding.mjs";
import { Flaw } from "../booth/errors.mjs";
import { groupNamed } from "../booth/group.mjs";
import { verifyBoard } from "./board.mjs";
import * as steps from "./ceremony.mjs";
import { BadShare, Ceremony, decodeStatement } from "./ceremony_messages.mjs";
import { partialDecryption } from "./decryption.mjs";
import { checkedDownload } from "./download.mjs";
import { openKeyFile, sealKeyFile, SHORTEST_PASSPHRASE } from "./keyfile.mjs";
import { decodeCertificate } from "./pedersen.mjs";
import { proveKnowledge } from "./signing.mjs";
import { strongProofs } from "./strong.mjs";

const POLL = 3000; // milliseconds between two looks at the state
const BOARD_FILES = ["order.jsonl", "entries.jsonl", "range.json", "checkpoint", "log.vkey"];
const SECTIONS = ["make", "keep", "open", "complain", "decrypt"];

const byId = (id) => document.getElementById(id);
const room = JSON.parse(byId("room").textContent);
const strings = JSON.parse(byId("strings").textContent);
const base = `/trustee/${room.slug}`;

let held = null; // {seed, share?, passphrase, file}: this trustee's key while the page is open
let shown = ""; // the section on the page
let busy = false;
let queue = Promise.resolve();

function say(name, values = {}) {
  return strings[name].replaceAll(/\{(\w+)\}/g, (_, key) => values[key]);
}

function show(section, status) {
  for (const name of SECTIONS) byId(name).hidden = name !== section;
  if (status !== undefined && byId("status").textContent !== status) byId("status").textContent = status;
  if (section !== shown && section !== "") byId(`${section}-title`).focus?.();
  shown = section;
}

function fail(title, advice = "") {
  byId("failure").hidden = title === "";
  byId("failure-title").textContent = title;
  byId("failure-advice").textContent = advice;
  if (title !== "") byId("failure").focus();
}

/** Show a progress bar around `work`, which is handed a function that takes shares of one. */
async function working(name, work) {
  byId("working").hidden = false;
  byId("working-label").textContent = say(name);
  byId("progress").value = 0;
  try {
    return await work((share) => {
      byId("progress").value = share;
    });
  } finally {
    byId("working").hidden = true;
  }
}

class Refusal extends Error {
  constructor({ code = "", sentence = "", advice = "" }) {
    super(sentence || say("refused"));
    this.code = code;
    this.advice = advice;
  }
}

async function ask(path) {
  const response = await fetch(`${base}/${path}`, { headers: { accept: "application/json" }, cache: "no-store" });
  if (!response.ok) throw new Refusal(await response.json().catch(() => ({})));
  return response.json();
}

async function post(path, value) {
  const send = () =>
    fetch(`${base}/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": room.csrf },
      body: decodeUtf8(compact(value)),
    });
  const response = await send();
  if (!response.ok) throw new Refusal(await response.json().catch(() => ({})));
  return response.json();
}

function memberOf(state, key) {
  const group = groupNamed(state.group);
  return new steps.Member(new Ceremony(state.ceremony, group, state.threshold, state.size), state.index, key.seed);
}

/** What decrypts: the sum of the shares received, or the one trustee's own key. */
async function shareOf(state, key) {
  if (key.share !== undefined) return BigInt(key.share);
  const member = memberOf(state, key);
  if (state.size === 1) return member.signingKey;
  const { certificates, statements } = othersOf(state);
  return steps.checkReceivedShares(member, certificates, statements, compact(state.inbox));
}

function othersOf(state) {
  const group = groupNamed(state.group);
  return {
    certificates: state.certs.map((cert) => decodeCertificate(group, cert)),
    statements: state.commitments.map((line) => decodeStatement(utf8(line), group)),
  };
}

/** Do what the ceremony waits for from this trustee, with the key in hand. */
async function takePart(state) {
  const message = await stepMessage(state);
  await working("sending", () => post("messages", { step: state.step, message }));
}

async function stepMessage(state) {
  const member = memberOf(state, held);
  const { group } = member.ceremony;
  if (state.step === "key") {
    const pok = proveKnowledge(group, member.signingKey, () => group.randomScalar());
    return { pok: pok.encode(), public_key: group.encode(group.generatorPower(member.signingKey)) };
  }
  if (state.step === "commitment") {
    const certificate = steps.makeCertificate(member);
    return { cert: certificate.signed.encode(), statement: decodeUtf8(steps.makeCommitment(member, certificate)) };
  }
  const { certificates } = othersOf(state);
  if (state.step === "polynomial") return steps.makePolynomial(member, certificates);
  const share = await shareOf(state, held);
  await seal(state, { seed: held.seed, share: String(share) }, held.passphrase);
  return steps.makeVoutput(member, certificates[state.index - 1], share);
}

async function seal(state, secret, passphrase) {
  const { ceremony, referendum, index } = state;
  const file = await working("making", (progress) =>
    sealKeyFile({ ceremony, referendum, index, secret }, passphrase, progress),
  );
  held = { ...secret, passphrase, file };
  byId("backup-name").textContent = state.names[index - 1];
  byId("backup-index").textContent = String(index);
  byId("backup-ceremony").textContent = ceremony;
  byId("backup-secret").textContent = secret.seed.match(/.{1,4}/g).join(" ");
}

/** {seed, share?} from the chosen file, if it is this trustee's for this ceremony. */
async function openChosen(form, state) {
  const [file] = byId(`${form}-file`).files;
  if (file === undefined) throw new Flaw("no-file", "no file was chosen");
  const passphrase = byId(`${form}-passphrase`).value;
  const text = await file.text();
  const key = await working("opening", (progress) => openKeyFile(text, passphrase, progress));
  if (key.ceremony !== state.ceremony || key.index !== state.index || key.referendum !== state.referendum) {
    throw new Flaw("key.other", "the key file is for another place");
  }
  byId(`${form}-passphrase`).value = "";
  return { ...key.secret, passphrase, file: text };
}

async function decrypt(state, kind) {
  const key = await openChosen("decrypt", state);
  const share = await shareOf(state, key);
  const task = state[kind];
  const group = groupNamed(state.group);
  const expected = {
    referendum: state.referendum,
    ceremony: state.ceremony,
    index: state.index,
    publicKey: group.generatorPower(share),
    logKey: room.log_key,
  };
  const { election, tally } = await checkedDownload(
    () => working("downloading", () => download(kind, task.uuid)),
    (files) => working("checking", (progress) => verifyBoard(files, kind, expected, progress)),
  );
  remember(task.uuid, tally);
  const payload = decodeUtf8(partialDecryption(election, tally, share));
  const strong = decodeUtf8(strongProofs(election, tally, state.index, share));
  await working("sending", () => post("decryptions", { election: kind, payload, strong }));
}

/** One tally for each election on this device: another one is refused (TK-09). */
function remember(uuid, tally) {
  const name = `kalpi-decrypted-${uuid}`;
  const digest = decodeUtf8(compact([...tally.digest]));
  const before = localStorage.getItem(name);
  if (before !== null && before !== digest) throw new Flaw("key.used", "another tally was decrypted before");
  localStorage.setItem(name, digest);
}

async function download(kind, uuid) {
  const files = {};
  for (const name of [`${uuid}.bel`, ...BOARD_FILES]) {
    const response = await fetch(`${base}/board/${kind}/${name}`, { cache: "no-store" });
    if (!response.ok) throw new Refusal(await response.json().catch(() => ({})));
    files[name] = new Uint8Array(await response.arrayBuffer());
  }
  return files;
}

function showMembers(state) {
  byId("members").hidden = state.names === undefined;
  if (state.names === undefined) return;
  byId("members-rule").textContent = say("rule", state);
  const rows = state.names.map((name, place) => {
    const own = place + 1 === state.index ? `${name} (${say("you")})` : name;
    const row = document.createElement("tr");
    for (const text of [place + 1, own, state.waiting.includes(place + 1) ? say("pending") : say("done")]) {
      row.append(Object.assign(document.createElement("td"), { textContent: text }));
    }
    return row;
  });
  byId("members-rows").replaceChildren(...rows);
}

function offerDecryption(kind) {
  const prefix = kind === "rehearsal" ? "key-check" : "count";
  byId("decrypt-title").textContent = say(prefix);
  byId("decrypt-text").textContent = say(`${prefix}-text`);
  byId("decrypt-button").textContent = say(`${prefix}-button`);
  byId("decrypt-form").dataset.kind = kind;
  show("decrypt", say("completed"));
}

/** Bring the page in line with the state; true if this trustee's device has just done something. */
async function follow(state) {
  showMembers(state);
  const { step } = state;
  if (step === "none" || step === "failed") {
    show("", say(step));
  } else if (step === "completed") {
    followCount(state);
  } else if (!state.waiting.includes(state.index)) {
    show("", `${say(step)} ${say("waiting")}`);
  } else if (held === null && (step === "commitment" || step === "key")) {
    if (shown !== "make") show("make", say(step));
  } else if (held === null) {
    if (shown !== "open") show("open", say(step));
  } else if (shown !== "keep" && shown !== "complain") {
    show("", say(step));
    await takePart(state);
    return true;
  }
  return false;
}

function followCount(state) {
  if (state.vote?.state === "published") show("", say("destroy"));
  else if (state.vote?.state === "open") {
    if (state.vote.sent) show("", say("vote-done"));
    else offerDecryption("vote");
  } else if (state.rehearsal?.state === "open") {
    if (state.rehearsal.sent) show("", say("rehearsal-done"));
    else offerDecryption("rehearsal");
  } else if (held?.share !== undefined && held.file !== null && !held.kept) {
    show("keep", say("completed"));
  } else show("", `${say("completed")} ${say("nothing")}`);
}

function explain(error, state) {
  if (error instanceof BadShare) {
    const name = state.names[error.against - 1];
    byId("complain-text").textContent = say("complaint", { name, code: error.code });
    byId("complain-form").dataset.against = String(error.against);
    byId("complain-form").dataset.reason = error.code;
    show("complain", say(state.step));
  } else if (error instanceof Refusal) fail(error.message, error.advice);
  else if (error instanceof Flaw) fail(strings[error.code] ?? `${say("board")} ${error.code}`);
  else if (error instanceof TypeError) fail(say("offline"));
  else throw error;
}

/** One act at a time, in turn, so that a button pressed during a look at the state is not lost. */
function act(work) {
  queue = queue.catch(() => {}).then(() => perform(work));
  return queue;
}

/** Whatever goes wrong is said on the page. */
async function perform(work) {
  busy = true;
  let state = null;
  try {
    state = await ask("state");
    await work(state);
  } catch (error) {
    explain(error, state);
  } finally {
    busy = false;
  }
}

async function look() {
  if (busy) return;
  await act(async (state) => {
    if (await follow(state)) await follow(await ask("state"));
    if (byId("failure-title").textContent === say("offline")) fail("");
  });
}

function onSubmit(id, work) {
  byId(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    fail("");
    await act(work);
    await look();
  });
}

onSubmit("make-form", async (state) => {
  const passphrase = byId("make-passphrase").value;
  if (passphrase.length < SHORTEST_PASSPHRASE) return fail(say("short"));
  if (passphrase !== byId("make-again").value) return fail(say("unequal"));
  await seal(state, { seed: steps.newSeed() }, passphrase);
  return show("keep", say(state.step));
});
onSubmit("keep-form", async () => {
  byId("keep-done").checked = false;
  held.kept = true;
  show("", "");
});
onSubmit("open-form", async (state) => {
  held = { ...(await openChosen("open", state)), kept: true };
  show("", "");
});
onSubmit("complain-form", async (state) => {
  const { against, reason } = byId("complain-form").dataset;
  const line = steps.makeComplaint(memberOf(state, held), Number(against), reason);
  await post("messages", { step: "complaint", message: JSON.parse(decodeUtf8(line)) });
  show("", say("sent-complaint"));
});
onSubmit("decrypt-form", (state) => decrypt(state, byId("decrypt-form").dataset.kind));

byId("keep-download").addEventListener("click", () => {
  const blob = new Blob([held.file], { type: "application/json" });
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(blob),
    download: `kalpi-trustee-${room.slug}${held.share === undefined ? "" : "-share"}.json`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
});
byId("keep-print").addEventListener("click", () => window.print());

for (const title of SECTIONS) byId(`${title}-title`).tabIndex = -1;
await look();
setInterval(look, POLL);
