/**
 * Pairs of letters by how often words hold them: a first letter, then the letters that follow it. Counted over the
 * tokens of the o200k vocabulary: `frequent` are the 100 pairs in most of them, `usual` the next 150. A test counts again.
 */
export const frequent =
  "a:bcdgilmnrst b:e c:aehiot d:aeio e:acdlmnrst g:e h:aeo i:acdeglmnorst k:e l:aeilo m:aeio n:acdegist o:lmnrsu p:aeor r:aeiost s:aeiost t:aehiors u:nrst v:ei";
export const usual =
  "a:afhkpuvwy b:ailoru c:cklru d:rsu e:befgikpuvwxz f:aefiloru g:ahilnorsu h:irtu i:bfjkpvz j:aeo k:aiosu l:dstuy m:bmpu n:fknouv o:abcdfgikoptvw p:hilpstu q:u r:cdgklmnruvy s:chklpu t:ltuy u:abcdegilmp v:ao w:aeio y:aes z:aei";

/** The pairs of a table, such as `th`. */
export function pairsOf(table: string): string[] {
  return table.split(" ").flatMap((row) => Array.from(row.slice(2), (follower) => row.charAt(0) + follower));
}
