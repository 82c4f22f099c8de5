/** The files of a board, fetched one after another while the log may grow. */

export const ATTEMPTS = 3;

// What files look like of which some were fetched before the log grew and some after.
const TORN = ["log.range", "board.cut"];

/**
 * What `check` makes of the files that `download` brings. Files that do not belong together are fetched anew, all of
 * them, up to three times in all; every other refusal stands at once.
 */
export async function checkedDownload(download, check, attempts = ATTEMPTS) {
  const files = await download();
  try {
    return await check(files);
  } catch (error) {
    if (attempts <= 1 || !TORN.includes(error.code)) throw error;
    return checkedDownload(download, check, attempts - 1);
  }
}
