/**
 * How late the packets of a stream come, and so how long to hold them back: the 97 % quantile of recent lateness, or a
 * recent peak that dies away slowly.
 */
export class DelayEstimator {
  readonly #histogram = new Float64Array(bins);
  #packets = 0;
  #minimumMs = Infinity;
  #previousMinimumMs = Infinity;
  #windowStartMs = 0;
  #peakMs = 0;
  #peakAtMs = 0;
  #quantileMs = binMs;

  /** The shortest transit of the last 1–2 s: arrival minus timestamp, so only differences mean anything. */
  get baseMs(): number {
    return Math.min(this.#minimumMs, this.#previousMinimumMs);
  }

  /** Hold packets back this long beyond the shortest transit. */
  neededMs(nowMs: number): number {
    return Math.min(most, Math.max(this.#quantileMs, this.#peak(nowMs)));
  }

  arrived(transitMs: number, nowMs: number): void {
    // No network does this: the sender has set its clock.
    if (Number.isFinite(this.baseMs) && Math.abs(transitMs - this.baseMs) > clockJumpMs) this.reset();
    // Two rolling minima of 1 s follow a drifting clock and a changed route at the cost of one comparison.
    if (nowMs - this.#windowStartMs >= 1000) {
      this.#previousMinimumMs = nowMs - this.#windowStartMs >= 2000 ? Infinity : this.#minimumMs;
      this.#minimumMs = Infinity;
      this.#windowStartMs = nowMs;
    }
    if (transitMs < this.#minimumMs) this.#minimumMs = transitMs;
    const lateMs = transitMs - this.baseMs;
    if (lateMs > this.neededMs(nowMs)) {
      this.#peakMs = Math.min(lateMs, highestPeakMs);
      this.#peakAtMs = nowMs;
    }
    this.#count(lateMs);
  }

  reset(): void {
    this.#histogram.fill(0);
    this.#packets = 0;
    this.#minimumMs = Infinity;
    this.#previousMinimumMs = Infinity;
    this.#windowStartMs = 0;
    this.#peakMs = 0;
    this.#quantileMs = binMs;
  }

  #peak(nowMs: number): number {
    return this.#peakMs - ((nowMs - this.#peakAtMs) / 1000) * peakFallMsPerSecond;
  }

  #count(lateMs: number): void {
    const forget = this.#packets++ < quickPackets ? quickForget : steadyForget;
    const bin = Math.min(bins - 1, Math.floor(lateMs / binMs));
    for (let i = 0; i < bins; i++) (this.#histogram[i] as number) *= forget;
    (this.#histogram[bin] as number) += 1 - forget;
    // The histogram's mass only approaches 1: measured against what it holds.
    let mass = 0;
    for (let i = 0; i < bins; i++) mass += this.#histogram[i] as number;
    let below = 0;
    for (let i = 0; i < bins; i++) {
      below += this.#histogram[i] as number;
      if (below >= quantile * mass) {
        this.#quantileMs = (i + 1) * binMs;
        return;
      }
    }
  }
}

const binMs = 5;
const bins = 61;
const quantile = 0.97;
const quickPackets = 50;
const quickForget = 0.9;
const steadyForget = 0.983;
const highestPeakMs = 120;
const peakFallMsPerSecond = 4;
const most = 200;
const clockJumpMs = 3000;
