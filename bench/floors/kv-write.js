// One write of a key that is new, about as long as a registration and with its lifetime.
const value = JSON.stringify({ filler: "x".repeat(600) });

export default {
  async fetch(_request, env) {
    await env.KV.put(`key:${crypto.randomUUID()}`, value, { expirationTtl: 7_776_000 });
    return new Response(null, { status: 201 });
  },
};
