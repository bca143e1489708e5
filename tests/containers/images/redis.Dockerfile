# In the place of redis:8: Debian's Redis, with that image's user, folder and command.
ARG BASE
FROM ${BASE}
RUN usermod --home /data redis && install -d -o redis -g redis /data
ENV LANG=C.UTF-8
WORKDIR /data
VOLUME /data
EXPOSE 6379
CMD ["redis-server"]
