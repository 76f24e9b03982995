// A small JSON body in, the bearer hashed, 20 KB of JSON out: what a stateless `tools/list` cannot do without.
const answer = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { filler: "x".repeat(20_000) } });
const encoder = new TextEncoder();

export default {
  async fetch(request) {
    await crypto.subtle.digest("SHA-256", encoder.encode(request.headers.get("authorization") ?? ""));
    const { id } = await request.json();
    return new Response(answer, { status: id === 1 ? 200 : 400, headers: { "content-type": "application/json" } });
  },
};
