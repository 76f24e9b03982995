// The four requests of a code flow with what cannot be left out: one read of the client, one exchange at Sentry, one
// write that opens the grant and one that redeems its code. Both are rows of objects that are there, as in object-write;
// code-flow-fresh.js makes a new object for each flow.
export { Row } from "./object.js";

const html = { "content-type": "text/html" };
let turn = 0;

export default {
  async fetch(request, env) {
    switch (`${request.method} ${new URL(request.url).pathname}`) {
      case "GET /oauth/authorize":
        await env.KV.get("key");
        return new Response('<input type="hidden" name="state" value="ticket">', { headers: html });
      case "POST /oauth/authorize":
        return redirect("http://sentry.invalid/oauth/authorize/?state=state");
      case "GET /oauth/callback": {
        const answer = await fetch(`${env.SENTRY_URL}/oauth/token/`, { method: "POST", body: "grant_type=authorization_code" });
        await answer.text();
        const { OBJECTS, fresh } = env;
        const id = fresh ? OBJECTS.newUniqueId() : next(env);
        await write(env, id);
        return redirect(`http://127.0.0.1:33418/callback?code=${id}`);
      }
      case "POST /oauth/token":
        await write(env, env.fresh ? await idIn(request, env) : next(env));
        return Response.json({ access_token: "a", refresh_token: "smcp_r_a.b" });
      default:
        return new Response(null, { status: 404 });
    }
  },
};

function next({ OBJECTS }) {
  turn = (turn + 1) % 1000;
  return OBJECTS.idFromName(`${turn}`);
}

async function idIn(request, { OBJECTS }) {
  return OBJECTS.idFromString(new URLSearchParams(await request.text()).get("code"));
}

async function write({ OBJECTS }, id) {
  await (await OBJECTS.get(id).fetch("https://object/")).text();
}

function redirect(location) {
  return new Response(null, { status: 302, headers: { location } });
}
