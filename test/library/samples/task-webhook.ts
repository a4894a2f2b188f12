import { SkyvernClient } from "skyvern-cli";

const client = new SkyvernClient({
  apiKey: process.env.SKYVERN_API_KEY,
});

// The sample:
const result = await client.runTask({
  body: {
    prompt: "Get the title of the top post",
    url: "https://news.ycombinator.com",
    webhook_url: "https://your-server.com/webhook",
  },
});
