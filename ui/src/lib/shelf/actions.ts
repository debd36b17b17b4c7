// What can be done to a download. What fails is said by whoever joins these to the door.
export interface ShelfActions {
  pause: (key: string) => void;
  resume: (key: string) => void;
  cancel: (key: string) => void;
}
