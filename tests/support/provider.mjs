// A provider of OpenID Connect as a process: node provider.mjs PORT, its settings as JSON on stdin.
// Its people are read from a file at each question, so that a test changes what is said of them.
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const port = Number(process.argv[2]);
const { client, jwks, people } = JSON.parse(readFileSync(0, "utf8"));

const provider = new Provider(`http://localhost:${port}`, {
  clients: [client],
  jwks,
  cookies: { keys: [client.client_secret] },
  pkce: { required: () => true },
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["preferred_username"],
    groups: ["groups"],
  },
  findAccount(_, login) {
    const person = JSON.parse(readFileSync(people, "utf8"))[login];
    return person && { accountId: login, claims: () => ({ sub: login, ...person }) };
  },
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
