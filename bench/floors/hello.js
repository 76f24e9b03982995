// The least that any worker can cost.
export default {
  fetch() {
    return new Response("Hello, world\n");
  },
};
