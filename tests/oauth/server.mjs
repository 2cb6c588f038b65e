// A strict OAuth 2 server as an EHR has it, for tests: PKCE is demanded, the audience is checked, and
// the open chart of a launch is told with the token. Nobody is asked anything: signing in succeeds at
// once, unless the launch says otherwise.
//
// node server.mjs '{"port": …, "fhir": […], "clients": […], "charts": {"<launch>": {…}}, "scopes": […]}'
import Provider, { errors } from "oidc-provider";

const { port, fhir, clients, charts, scopes } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const told = new Map(); // what goes with the token, by grant

const provider = new Provider(issuer, {
  clients,
  scopes,
  clientAuthMethods: ["none", "client_secret_basic", "private_key_jwt"],
  claims: {},
  cookies: { keys: ["of this test"] },
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: (ctx, client) => client.clientId === "fhir" },
  },
  enabledJWA: { clientAuthSigningAlgValues: ["RS384", "ES384"] },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, Interaction: 600, Session: 600 },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  // Each launch is of the chart that is open, whatever was granted to this browser before.
  loadExistingGrant(ctx) {
    const id = ctx.oidc.result?.consent?.grantId;
    return id && ctx.oidc.provider.Grant.find(id);
  },
  // A further launch leaves the tokens of those before it alive.
  expiresWithSession: () => false,
  extraParams: {
    aud(ctx, value) {
      if (!fhir.includes(value)) throw new errors.InvalidRequest("aud is not a server of ours");
    },
    launch(ctx, value) {
      if (value !== undefined && !(value in charts)) throw new errors.InvalidRequest("no such launch");
    },
  },
});

provider.use(async (ctx, next) => {
  if (ctx.path.startsWith("/interaction/")) return signIn(ctx);
  await next();
  if (ctx.oidc?.route === "token" && ctx.body?.access_token) {
    Object.assign(ctx.body, told.get(ctx.oidc.entities.AccessToken.grantId));
  }
});

async function signIn(ctx) {
  const { params, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  const { deny, withhold = [], ...context } = charts[params.launch ?? "chosen"];
  if (deny) return provider.interactionFinished(ctx.req, ctx.res, { error: deny });
  const grant = new provider.Grant({ accountId: "reader", clientId: params.client_id });
  const asked = params.scope.split(" ");
  grant.addOIDCScope(asked.filter((scope) => !withhold.includes(scope)).join(" "));
  grant.rejectOIDCScope(withhold.join(" "));
  const id = await grant.save();
  told.set(id, context);
  const result = { login: { accountId: "reader", remember: false }, consent: { grantId: id } };
  return provider.interactionFinished(ctx.req, ctx.res, result);
}

provider.listen(port, "127.0.0.1", () => console.log("ready"));
