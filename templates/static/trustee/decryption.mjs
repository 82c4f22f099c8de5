/**
 * One trustee's part of the decryption, with Belenios's proofs; mirrors the proving half of crypto/decryption.py.
 *
 * Source: Belenios specification, section "Partial decryption"; crypto/PROTOCOL.md section 9.
 */

import { compact } from "../booth/encoding.mjs";
import { Proof } from "../booth/proof.mjs";
import { challenge, DECRYPTION } from "../booth/transcript.mjs";

/** alpha^key per question and choice. */
export function decryptionFactors(tally, key) {
  return tally.ciphertexts.map((row) => row.map(({ alpha }) => tally.group.power(alpha, key)));
}

/** The partial_decryption object (bytes). Draws one scalar per ciphertext, in order. */
export function partialDecryption(election, tally, key, randomScalar = null) {
  const { group } = election;
  const draw = randomScalar ?? (() => group.randomScalar());
  const prefix = `${DECRYPTION}${election.fingerprint}|${group.encode(group.generatorPower(key))}|`;
  const factors = decryptionFactors(tally, key).map((row) => row.map((factor) => group.encode(factor)));
  const proofs = tally.ciphertexts.map((row) =>
    row.map(({ alpha }) => {
      const nonce = draw();
      const value = challenge(group, prefix, [group.generatorPower(nonce), group.power(alpha, nonce)]);
      return new Proof(value, group.reduce(nonce - key * value)).encode();
    }),
  );
  return compact({ decryption_factors: factors, decryption_proofs: proofs });
}
