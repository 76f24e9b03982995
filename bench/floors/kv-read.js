// One read of a key that is there.
export default {
  async fetch(_request, env) {
    return new Response(await env.KV.get("key"));
  },
};
