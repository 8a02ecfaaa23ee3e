/* Texts that are not on the server yet, kept in this browser, encrypted (alliance/docs/decisions/0008).

   A phone goes flat, a line is cut, a tab is closed: the text must be found again; and the next person on the same
   computer must read none of it. So IndexedDB holds, for each text: a random id, a mark of its owner, its time and
   ciphertext. The key comes with the page, for the person signed in, and stays in this page's memory.

   `openDrafts(key)` gives { owner, keep(id, text), drop(id), all() }, or null where the browser cannot encrypt or
   store: the page then relies on the server alone. */
"use strict";

(() => {
  const DATABASE = "brouillons";
  const STORE = "textes";
  const LONGEST_KEPT = 14 * 24 * 3600 * 1000; // milliseconds

  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  /* The database is opened for each use: signing out in another tab deletes it under our feet. */
  async function withStore(mode, work) {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
    const database = await done(opening);
    try {
      // « strict » waits for the disk: a battery that dies the second after loses nothing.
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const finished = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
      const result = work(transaction.objectStore(STORE));
      await finished;
      return result && result.result;
    } finally {
      database.close();
    }
  }

  const digest = (text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

  async function removeOld() {
    const rows = await withStore("readonly", (store) => store.getAll());
    const old = rows.filter((row) => Date.now() - row.at > LONGEST_KEPT);
    if (old.length) {
      await withStore("readwrite", (store) => old.forEach((row) => store.delete(row.id)));
    }
  }

  /* The id is sealed with the text: a row renamed by hand no longer opens. */
  const sealed = (id, iv) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(id) });

  async function encrypted(key, owner, id, text) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const clear = new TextEncoder().encode(JSON.stringify(text));
    return { id, owner, at: Date.now(), iv, data: await crypto.subtle.encrypt(sealed(id, iv), key, clear) };
  }

  /* What another key wrote, or what is damaged, is as if it were not there. */
  async function decrypted(key, row) {
    try {
      const clear = await crypto.subtle.decrypt(sealed(row.id, row.iv), key, row.data);
      return { ...JSON.parse(new TextDecoder().decode(clear)), id: row.id, at: row.at };
    } catch {
      return null;
    }
  }

  async function openDrafts(words) {
    if (!words || !window.indexedDB || !window.crypto || !crypto.subtle) {
      return null;
    }
    try {
      const key = await crypto.subtle.importKey("raw", await digest(words), "AES-GCM", false, ["encrypt", "decrypt"]);
      const owner = hex(await digest(`owner ${words}`)); // says that two rows have one owner, never who
      await removeOld();
      return {
        owner,
        async keep(id, text) {
          const row = await encrypted(key, owner, id, text);
          await withStore("readwrite", (store) => store.put(row));
        },
        drop: (id) => withStore("readwrite", (store) => store.delete(id)),
        async all() {
          const rows = await withStore("readonly", (store) => store.getAll());
          const mine = rows.filter((row) => row.owner === owner).sort((one, other) => one.at - other.at);
          return (await Promise.all(mine.map((row) => decrypted(key, row)))).filter(Boolean);
        },
      };
    } catch {
      return null; // a private window may refuse to store
    }
  }

  window.openDrafts = openDrafts;
})();
