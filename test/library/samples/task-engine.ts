import { Skyvern } from "skyvern-cli";

const skyvern = new Skyvern({
  apiKey: process.env.SKYVERN_API_KEY,
});

// The sample:
const result = await skyvern.runTask({
  body: {
    prompt: "Get the page title",
    url: "https://example.com",
    engine: "skyvern_v1",
  },
  waitForCompletion: true,
});
