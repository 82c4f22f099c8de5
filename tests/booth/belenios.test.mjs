// Every ballot that belenios-tool made and we hold verifies in the browser's modules too.

import assert from "node:assert/strict";
import test from "node:test";

import { checkBallot, decodeBallot } from "../../templates/static/booth/ballot.mjs";
import { decodeElection, decodePublicCredentials } from "../../templates/static/booth/election.mjs";
import { bytesOf, filesIn } from "./vectors.mjs";

/** The bodies in a `.bel` by their ending, in order. Layout: belenios-spec section 12 (512-byte headers, old tar). */
function bodies(archive) {
  const found = [];
  for (let at = 0; at < archive.length; ) {
    const header = new TextDecoder().decode(archive.slice(at, at + 512));
    const size = Number.parseInt(header.slice(124, 135), 8);
    found.push({ name: header.slice(0, header.indexOf("\0")), body: archive.slice(at + 512, at + 512 + size) });
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return found;
}

function partsOf(archive) {
  const json = bodies(archive).map(({ body }) => ({ body, value: JSON.parse(new TextDecoder().decode(body)) }));
  return {
    election: json.find(({ value }) => value.public_key && value.questions).body,
    credentials: json.find(({ value }) => Array.isArray(value) && typeof value[0] === "string").body,
    ballots: json.filter(({ value }) => value.election_uuid && value.signature).map(({ body }) => body),
  };
}

for (const folder of filesIn("belenios/").filter((name) => /^b\d/.test(name))) {
  test(`every ballot of ${folder} verifies`, () => {
    const archive = filesIn(`belenios/${folder}/`).find((name) => name.endsWith(".bel"));
    const { election: raw, credentials, ballots } = partsOf(bytesOf(`belenios/${folder}/${archive}`));
    const election = decodeElection(raw);
    assert.ok(ballots.length > 0);
    for (const body of ballots) checkBallot(decodeBallot(body, election), election);
    const listed = new Set(decodePublicCredentials(credentials, election).map((credential) => credential.text));
    for (const body of ballots) assert.ok(listed.has(decodeBallot(body, election).credentialText));
  });
}
