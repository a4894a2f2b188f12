/** A stranger's name for a file, without what could lead out of a folder, hide an ending or move a cursor; at most 200 characters. */
export function safeName(suggested: string): string {
  const name = suggested.replace(/[\p{C}/\\:*?"<>|]/gu, '_').replace(/^[. ]+|[. ]+$/g, '');
  return name.slice(-200) || 'download';
}
