export async function serveLocal(..._: unknown[]): Promise<void> {}
