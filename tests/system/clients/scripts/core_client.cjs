// One operation of @icp-sdk/core: node core_client.cjs OPERATION URL CANISTER ROOT_KEY
const { Actor, CanisterStatus, HttpAgent } = require("@icp-sdk/core/agent");
const { Ed25519KeyIdentity, DelegationChain, DelegationIdentity } = require("@icp-sdk/core/identity");
const { Secp256k1KeyIdentity } = require("@icp-sdk/core/identity/secp256k1");
const { Principal } = require("@icp-sdk/core/principal");

const [operation, host, canister, rootKeyHex] = process.argv.slice(2);

const interfaceFactory = ({ IDL }) =>
  IDL.Service({
    echo: IDL.Func([IDL.Text], [IDL.Text], []),
    explode: IDL.Func([IDL.Text], [], []),
    refuse: IDL.Func([IDL.Text], [], []),
    whoami: IDL.Func([], [IDL.Text], ["query"]),
    missing: IDL.Func([], [], ["query"]),
  });

async function actorOf(identity) {
  const rootKey = Uint8Array.from(Buffer.from(rootKeyHex, "hex"));
  const agent = await HttpAgent.create({ host, identity, rootKey, retryTimes: 0 });
  return { agent, actor: Actor.createActor(interfaceFactory, { agent, canisterId: canister }) };
}

async function delegated() {
  const root = Ed25519KeyIdentity.generate();
  const session = Ed25519KeyIdentity.generate();
  const expiry = new Date(Date.now() + 600_000);
  const targets = [Principal.fromText(canister)];
  const chain = await DelegationChain.create(root, session.getPublicKey(), expiry, { targets });
  return { root, identity: DelegationIdentity.fromDelegation(session, chain) };
}

async function askedBy(identity, expected) {
  const { actor } = await actorOf(identity);
  const seen = await actor.whoami();
  if (seen !== expected.toText()) throw new Error(`whoami answered ${seen}`);
  return `${await actor.echo("said")} ${seen}`;
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return `refused: ${error.name} ${error.message}`;
  }
  throw new Error("it was not refused");
}

const operations = {
  query: async () => (await actorOf()).actor.whoami(),
  call: async () => (await actorOf()).actor.echo("said"),
  "trapping call": async () => failure((await actorOf()).actor.explode("boom")),
  "rejecting call": async () => failure((await actorOf()).actor.refuse("no thanks")),
  "missing query": async () => failure((await actorOf()).actor.missing()),
  "wrong key, query": async () => failure((await actorOf()).actor.whoami()),
  "wrong key, call": async () => failure((await actorOf()).actor.echo("said")),
  ed25519: async () => {
    const identity = Ed25519KeyIdentity.generate();
    return askedBy(identity, identity.getPrincipal());
  },
  secp256k1: async () => {
    const identity = Secp256k1KeyIdentity.generate();
    return askedBy(identity, identity.getPrincipal());
  },
  delegation: async () => {
    const { root, identity } = await delegated();
    return askedBy(identity, root.getPrincipal());
  },
  "root key from status": async () => {
    const agent = await HttpAgent.create({ host, shouldFetchRootKey: true });
    return Buffer.from(agent.rootKey).toString("hex");
  },
  status: async () => {
    const { agent } = await actorOf();
    const paths = ["time", "controllers", "candid", "module_hash", "subnet"];
    const canisterId = Principal.fromText(canister);
    const status = await CanisterStatus.request({ canisterId, agent, paths });
    if (paths.some((path) => !status.get(path))) throw new Error(`lacks of ${[...status.keys()]}`);
    return `${status.get("candid")} ${[...status.get("subnet").nodeKeys.keys()]}`;
  },
};

operations[operation]().then(
  (written) => console.log(written),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
