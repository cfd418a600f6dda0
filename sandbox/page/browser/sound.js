/**
 * What this device says and hears. It says the microphone, a tone, or nothing, and may change that in a call; the call
 * keeps one track. Made with the first call, for browsers play nothing before a person has touched the page.
 */
export class Sound {
  /** mic, tone or silence. */
  voice = 'mic';
  toneHz = 700;
  onchange = () => {};
  #context;
  #outgoing;
  #source;
  #said;
  #heard;
  #element;
  #listening;

  /** The track every call sends. */
  get track() {
    this.#open();
    return this.#outgoing.stream.getAudioTracks()[0];
  }

  async say(voice) {
    this.voice = voice;
    this.onchange();
    if (this.#context) await this.#speak();
  }

  /** Lets the person hear a track. WebAudio stays silent unless an element plays it, too. */
  hear(track) {
    this.#open();
    const stream = new MediaStream([track]);
    this.#element ??= new Audio();
    this.#element.srcObject = stream;
    this.#element.play().catch(() => {});
    this.#listening?.disconnect();
    this.#listening = this.#context.createMediaStreamSource(stream);
    this.#listening.connect(this.#heard);
  }

  /** The strongest frequency of what is said or heard now; `db` is its level, −120 for silence. */
  peak(of = 'heard') {
    const analyser = of === 'said' ? this.#said : this.#heard;
    if (!analyser) return { hz: 0, db: -120 };
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    let best = 1;
    for (let bin = 2; bin < bins.length; bin++) if (bins[bin] > bins[best]) best = bin;
    const [left, db, right] = [bins[best - 1], bins[best], bins[best + 1]];
    if (!Number.isFinite(db) || db < -120) return { hz: 0, db: -120 };
    // Between the bins: the top of the parabola through three of them.
    const curve = left - 2 * db + right;
    const beside = Number.isFinite(curve) && curve < 0 ? (left - right) / (2 * curve) : 0;
    return { hz: ((best + beside) * this.#context.sampleRate) / analyser.fftSize, db };
  }

  /** No more calls: the microphone is let go. */
  rest() {
    this.#listening?.disconnect();
    if (this.#element) this.#element.srcObject = null;
    this.#release();
  }

  #open() {
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#outgoing = new MediaStreamAudioDestinationNode(this.#context, { channelCount: 1 });
      this.#said = this.#analyser();
      this.#heard = this.#analyser();
      this.#said.connect(this.#outgoing);
    }
    this.#context.resume().catch(() => {});
    if (!this.#source) this.#speak().catch(() => {});
  }

  #analyser() {
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 4_096;
    analyser.smoothingTimeConstant = 0.3;
    return analyser;
  }

  async #speak() {
    const voice = this.voice;
    this.#release();
    const source = voice === 'tone' ? this.#tone() : voice === 'mic' ? await this.#microphone() : undefined;
    // Chosen otherwise meanwhile.
    if (voice !== this.voice) return source?.stop();
    this.#source = source ?? { stop: () => {} };
  }

  #release() {
    this.#source?.stop();
    this.#source = undefined;
  }

  #tone() {
    const oscillator = this.#context.createOscillator();
    const volume = this.#context.createGain();
    oscillator.frequency.value = this.toneHz;
    // −12 dBFS.
    volume.gain.value = 0.25;
    oscillator.connect(volume).connect(this.#said);
    oscillator.start();
    return {
      stop: () => {
        oscillator.stop();
        volume.disconnect();
      },
    };
  }

  /** A page without a microphone says the tone, so that there is something to hear. */
  async #microphone() {
    try {
      const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      const stream = await navigator.mediaDevices.getUserMedia({ audio });
      const node = this.#context.createMediaStreamSource(stream);
      node.connect(this.#said);
      return {
        stop: () => {
          node.disconnect();
          for (const track of stream.getTracks()) track.stop();
        },
      };
    } catch {
      if (this.voice !== 'mic') return undefined;
      this.voice = 'tone';
      this.onchange();
      this.#speak().catch(() => {});
      return undefined;
    }
  }
}
