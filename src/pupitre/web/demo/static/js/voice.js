// The browser's own voice and ear (Web Speech API), both optional.

import { calm, pause } from "./dom.js";

const synthesis = window.speechSynthesis;
const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export const canHear = Boolean(Recognition);

/** A French voice that lives on this machine, or else any French voice; null when the browser has none. */
function frenchVoice() {
  const french = (synthesis?.getVoices() ?? []).filter((voice) => voice.lang.replace("_", "-").startsWith("fr"));
  return french.find((voice) => voice.localService && voice.lang.endsWith("FR")) ?? french.find((voice) => voice.localService) ?? french[0] ?? null;
}

/** Speaks when `on`; otherwise only leaves the time to see one sentence arrive after the other. */
export function makeSpeaker() {
  let voice = frenchVoice();
  let stop = () => {};
  const speak = (text, slow) => {
    if (!speak.on || !voice) return calm() ? Promise.resolve() : pause(260);
    return new Promise((done) => {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.lang = "fr-FR";
      utterance.voice = voice;
      utterance.rate = slow ? 0.75 : 1;
      utterance.onend = done;
      utterance.onerror = done;
      stop = () => {
        synthesis.cancel();
        done();
      };
      synthesis.speak(utterance);
    });
  };
  speak.on = false;
  speak.stop = () => stop();
  speak.available = () => voice !== null;
  /** Only a voice of this machine is used without being asked for: the others send the text away. */
  speak.local = () => voice?.localService === true;
  speak.whenKnown = (tell) => {
    const look = () => {
      voice = frenchVoice();
      tell();
    };
    synthesis?.addEventListener?.("voiceschanged", look);
    look();
  };
  return speak;
}

/**
 * Listens once. Calls `interim(text)` while words come, `final(text, confidence)` at the end, and `over(problem)`
 * always, where problem is null, "denied" or "silent".
 */
export function listenOnce({ interim, final, over }) {
  const recognition = new Recognition();
  recognition.lang = "fr-FR";
  recognition.interimResults = true;
  let problem = "silent";
  recognition.onresult = (event) => {
    const result = event.results[event.results.length - 1];
    const best = result[0];
    if (!result.isFinal) return interim(best.transcript);
    problem = null;
    return final(best.transcript, best.confidence || undefined);
  };
  recognition.onerror = (event) => {
    problem = ["not-allowed", "service-not-allowed", "network"].includes(event.error) ? "denied" : "silent";
  };
  recognition.onend = () => over(problem);
  recognition.start();
  return () => recognition.abort();
}
