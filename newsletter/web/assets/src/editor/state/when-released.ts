/** Calls `released` once the pointer that is down now was let go, or was taken away by the browser. */
export function whenReleased(released: (event: PointerEvent) => void): void {
  const release = (event: PointerEvent): void => {
    removeEventListener("pointerup", release);
    removeEventListener("pointercancel", release);
    released(event);
  };
  addEventListener("pointerup", release);
  addEventListener("pointercancel", release);
}
