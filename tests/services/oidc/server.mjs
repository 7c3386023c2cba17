// A real OpenID Connect provider for tests: oidc-provider behind Authentik's paths
// (issuer …/application/o/<slug>/), with a groups claim, device codes, client credentials, and a
// browser's login and logout for a client with a secret.
// What it is told comes as one line of JSON on standard input. It prints one line when it listens
// (port 0: a free one), and one for each request. It ends when standard input does.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const asker = createInterface({ input: process.stdin });
asker.on('close', () => process.exit(0));
const [line] = await once(asker, 'line');
const { modules, port, slug, keys, users, groups, audience, client, web } =
  JSON.parse(line);
const installed = createRequire(`${modules}/`);
const { default: Provider } = await import(pathToFileURL(installed.resolve('oidc-provider')));

const base = `/application/o/${slug}`;
const server = createServer();
await new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
const issuer = `http://127.0.0.1:${server.address().port}${base}/`;
const resource = 'urn:emfair:api';
const device = 'urn:ietf:params:oauth:grant-type:device_code';

function claimsOf(name) {
  const { password, ...claims } = users[name];
  return { ...claims, preferred_username: name };
}

const provider = new Provider(issuer, {
  jwks: { keys },
  clients: [
    {
      client_id: client,
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: [device, 'refresh_token'],
      redirect_uris: [],
      response_types: [],
    },
    {
      client_id: 'emfair-robot',
      client_secret: 'robot-secret',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
    ...web,
  ],
  // Authentik writes a person's claims into the ID token, and asks browsers for a proof (PKCE).
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username', 'groups', 'orcid'],
    email: ['email', 'email_verified'],
  },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'api'],
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = `${form}<button form="op.logoutForm" name="logout" value="yes">Log out</button>`;
      },
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({
        scope: 'api',
        audience,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: keys[0].alg } },
      }),
      useGrantedResource: () => true,
    },
  },
  // Authentik writes a person's claims into the access token too.
  extraTokenClaims: (ctx, token) =>
    token.kind === 'ClientCredentials' ? { groups } : claimsOf(token.accountId),
  issueRefreshToken: (ctx, asking, code) => code.scopes.has('offline_access'),
  ttl: { AccessToken: 300, ClientCredentials: 300, IdToken: 300, RefreshToken: 86400,
    DeviceCode: 600, Session: 3600, Interaction: 600, Grant: 86400 },
  cookies: { keys: ['signs cookies of this run'] },
  routes: {
    authorization: '/authorize/',
    code_verification: '/device',
    device_authorization: '/device/',
    end_session: '/end-session/',
    jwks: '/jwks/',
    revocation: '/revoke/',
    token: '/token/',
    userinfo: '/userinfo/',
  },
  interactions: { url: (ctx, interaction) => `${base}/interaction/${interaction.uid}` },
  findAccount: (ctx, name) =>
    users[name] && { accountId: name, claims: () => ({ sub: name, ...claimsOf(name) }) },
});

async function posted(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

async function granted(details, accountId) {
  const { client_id: clientId, scope } = details.params;
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope(scope);
  grant.addResourceScope(resource, scope);
  return grant.save();
}

async function interaction(request, response) {
  const details = await provider.interactionDetails(request, response);
  const finish = (result) => provider.interactionFinished(request, response, result);
  if (request.method === 'POST') {
    const form = await posted(request);
    const name = form.get('username');
    if (users[name]?.password === form.get('password')) {
      const grantId = await granted(details, name);
      return finish({ login: { accountId: name }, consent: { grantId } });
    }
  }
  response.setHeader('content-type', 'text/html');
  return response.end(
    '<form method="post"><input name="username"><input name="password" type="password">'
    + '<button>Log in</button></form>',
  );
}

const answer = provider.callback();
server.on('request', (request, response) => {
  process.stdout.write(`${request.method} ${request.url}\n`);
  const path = request.url;
  if (path.startsWith(`${base}/`)) {
    // As a web server mounts an application below a path.
    request.originalUrl = path;
    request.url = path.slice(base.length);
  }
  if (path.includes('/interaction/')) {
    interaction(request, response).catch((error) => {
      response.statusCode = 400;
      response.end(String(error));
    });
    return;
  }
  answer(request, response);
});

process.stdout.write(`listening ${issuer}\n`);