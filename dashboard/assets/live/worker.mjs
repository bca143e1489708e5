/** The SharedWorker that holds the one stream of events for all tabs of a browser. */
import { Stream, URL_OF_EVENTS } from "./stream.mjs";

/** @type {Set<MessagePort>} */
const ports = new Set();
const stream = new Stream(URL_OF_EVENTS, (message) => ports.forEach((port) => port.postMessage(message)));
const leave = (/** @type {MessagePort} */ port) => {
  ports.delete(port);
  if (!ports.size) stream.close();
};
self.onconnect = ({ ports: [port] }) => {
  port.onclose = () => leave(port); // a tab that crashed, where the browser tells
  port.onmessage = ({ data }) => {
    if (data !== "join") {
      leave(port);
      return;
    }
    ports.add(port);
    stream.open();
    for (const message of stream.known()) port.postMessage(message);
  };
};
