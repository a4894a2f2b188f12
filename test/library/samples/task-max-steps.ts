import { Skyvern } from "skyvern-cli";

const skyvern = new Skyvern({
  apiKey: process.env.SKYVERN_API_KEY,
});

// The sample:
const result = await skyvern.runTask({
  body: {
    prompt: "Fill out the contact form",
    url: "https://example.com/contact",
    max_steps: 10,
  },
  waitForCompletion: true,
});
