# One image; the command says whether it is the web process or a worker.
FROM python:3.11-slim

# Where torch's CPU build is to be had (--build-arg TORCH_INDEX=..); unset, the usual index gives
# the CUDA build, which runs on a CPU, too.
ARG TORCH_INDEX=

WORKDIR /app
RUN useradd --create-home --uid 1000 netspace && install -d -o netspace -g netspace /data
ENV NETSPACE_DATA_DIR=/data NETSPACE_REFERENCE_DIR=/app/reference PYTHONUNBUFFERED=1

# First what changes seldom: torch alone, then the other dependencies, then the code.
COPY constraints.txt pyproject.toml ./
COPY client/pyproject.toml client/
RUN pip install --no-cache-dir -c constraints.txt uv \
    && uv pip install --system --no-cache --compile-bytecode -c constraints.txt \
        ${TORCH_INDEX:+--index $TORCH_INDEX --index-strategy unsafe-best-match} torch \
    && uv pip install --system --no-cache --compile-bytecode -c constraints.txt \
        -r pyproject.toml -r client/pyproject.toml
COPY . .
RUN uv pip install --system --no-cache --compile-bytecode --no-deps . ./client

# From here on the packages in site-packages are meant, not the ones that happen to lie here.
WORKDIR /data
USER netspace
VOLUME /data
EXPOSE 8050
CMD ["python", "-m", "netspace", "web"]
