// What can be done to a download. What fails is said by whoever joins these to the door.
export interface ShelfActions {
  pause: (key: string) => void;
  resume: (key: string) => void;
  cancel: (key: string) => void;
  /** Where a token is that this host may be shown. */
  tokenPlace: (host: string) => Promise<string | null>;
  /** Lets the host be shown the token for this repository, and lets the download go on. */
  agree: (key: string, host: string, repository: string) => void;
}
