/** Calls `released` once the pointer that is down now was let go, or was taken away by the browser. */
export function whenReleased(released: () => void): void {
  const release = (): void => {
    removeEventListener("pointerup", release);
    removeEventListener("pointercancel", release);
    released();
  };
  addEventListener("pointerup", release);
  addEventListener("pointercancel", release);
}
