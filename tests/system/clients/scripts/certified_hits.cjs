// Verifies claims with @icp-sdk/core and nothing of Refrain's: node certified_hits.cjs FILE
// FILE is JSON: { rootKey, canister, claims: [{ name, salt, certificate, witness, record, digest }] }.
// Prints JSON: the claims' names, each with the check that fails or null.
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { Cbor, Certificate, CertificateOutdatedErrorCode, CertificateTimeErrorCode,
  LookupPathStatus, LookupSubtreeStatus, lookup_path, lookup_subtree, reconstruct } =
  require("@icp-sdk/core/agent");
const { Principal } = require("@icp-sdk/core/principal");

const ROW_BYTES = 32;
const SALT_CHARACTERS = 32;
const TIME_CODES = [CertificateOutdatedErrorCode, CertificateTimeErrorCode];
const bytes = (hex) => {
  if (!/^([0-9a-f]{2})+$/.test(hex)) throw new Error("no hexadecimal text");
  return Uint8Array.from(Buffer.from(hex, "hex"));
};
const equal = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;

async function failing(check, action) {
  try {
    return await action();
  } catch (error) {
    const late = TIME_CODES.some((code) => error.cause?.code instanceof code);
    throw Object.assign(new Error(error.message), { check: late ? "age" : check });
  }
}

function demand(check, holds) {
  if (!holds) throw Object.assign(new Error(check), { check });
}

function found(path, tree) {
  const result = lookup_path(path, tree);
  return result.status === LookupPathStatus.Found ? result.value : undefined;
}

function leb128(value) {
  return value.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n);
}

// The chunks of rows that a witness shows: below "answers" by number from 1, and "newest".
function rows(tree) {
  const answers = lookup_subtree(["answers"], tree);
  const below = answers.status === LookupSubtreeStatus.Found ? answers.value : [0];
  const labels = forest(below).filter((node) => node[0] === 2).map((node) => node[1]);
  const complete = labels.filter((label) => Buffer.from(label).readUInt32BE() > 0);
  const shown = [...complete.map((label) => ["answers", label]), ["newest"]];
  const chunks = shown.map((path) => found(path, tree)).filter((leaf) => leaf !== undefined);
  return chunks.flatMap((leaf) => {
    const starts = Array.from({ length: leaf.length / ROW_BYTES }, (_, n) => n * ROW_BYTES);
    return starts.map((at) => leaf.subarray(at, at + ROW_BYTES));
  });
}

function forest(tree) {
  return tree[0] === 1 ? [...forest(tree[1]), ...forest(tree[2])] : [tree];
}

async function verify(claim, rootKey, canister) {
  const certificate = await failing("certificate", () =>
    Certificate.create({
      certificate: bytes(claim.certificate),
      rootKey,
      principal: { canisterId: canister },
    }),
  );
  const tree = await failing("witness", () => Cbor.decode(bytes(claim.witness)));
  const path = ["canister", canister.toUint8Array(), "certified_data"];
  const certified = certificate.lookup_path(path);
  const root = await failing("witness", () => reconstruct(tree));
  demand("root", certified.status === LookupPathStatus.Found && equal(certified.value, root));
  const row = createHash("blake2b512").update(claim.salt + claim.record).digest();
  const wanted = row.subarray(0, ROW_BYTES);
  demand("row", claim.salt.length === SALT_CHARACTERS && rows(tree).some((each) => equal(each, wanted)));
  const fields = claim.record.split("|");
  demand("record", fields.length > 7 && fields[0] === "v2" && /^\d+$/.test(fields[5]));
  demand("digest", fields[1] === claim.digest);
  const time = leb128(certificate.lookup_path(["time"]).value);
  demand("expiry", time < BigInt(fields[5]));
}

async function main() {
  const { rootKey, canister, claims } = JSON.parse(readFileSync(process.argv[2], "utf8"));
  const checks = [];
  for (const claim of claims) {
    const verdict = verify(claim, bytes(rootKey), Principal.fromText(canister));
    checks.push([claim.name, await verdict.then(() => null, (error) => error.check ?? String(error))]);
  }
  console.log(JSON.stringify(checks));
}

main();
