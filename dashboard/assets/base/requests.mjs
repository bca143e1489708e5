/** Buttons that are one request each, some after a question. */

import { send } from "../live/rest.mjs";
import { around, h } from "./elements.mjs";
import { confirmed } from "./question.mjs";

/**
 * A request, what is asked before it, and what is said after it.
 * @typedef {object} Request
 * @property {string} method
 * @property {string} path
 * @property {object} [body]
 * @property {[title: string, text: string, yes: string]} [question]
 * @property {string} said
 * @property {string} [whom] it is about
 */

/** @param {string} text @param {string} title @param {Request} request */
export function act(text, title, request) {
  return h("button", {
    class: "button small", type: "button", title, "data-key": text,
    "data-request": JSON.stringify(request),
  }, text);
}

/**
 * Do what a request says.
 * @param {Request} request @param {(text: string) => void} say what came of it
 * @returns {Promise<any>} its answer; undefined where it was not done
 */
export async function perform({ method, path, body, question, said }, say) {
  if (question && !await confirmed(...question)) return undefined;
  try {
    const answer = await send(method, path, body);
    say(said);
    return answer;
  } catch (error) {
    say(error.message);
    return undefined;
  }
}

/**
 * From now on the buttons in what a selector names are requests.
 * @param {string} selector @param {(request: Request) => void} perform
 */
export function listen(selector, perform) {
  document.addEventListener("click", (event) => {
    const button = around(event, `${selector} [data-request]`);
    if (button) perform(JSON.parse(button.dataset.request ?? ""));
  });
}
