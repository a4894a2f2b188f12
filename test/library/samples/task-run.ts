import { SkyvernClient } from "skyvern-cli";
async function main() {
  const client = new SkyvernClient({
    apiKey: process.env.SKYVERN_API_KEY,
  });
  const result = await client.runTask({
    body: {
      prompt: "Get the title of the top post",
      url: "https://news.ycombinator.com",
    },
  });
  console.log(`Run ID: ${result.run_id}`);
  console.log(`Status: ${result.status}`);
}
main();

