# What debootstrap made, as images of Docker Hub are: `python` is there, and pip installs.
ARG BASE
FROM ${BASE}
RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED && ln -sf python3 /usr/bin/python
