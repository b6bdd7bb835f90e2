# The app on one port, for Hugging Face Spaces (which expects 7860) and a school's server alike:
#   docker build --tag mnist-playground .
#   docker run --rm --publish 8501:7860 mnist-playground
# Limits are set by --env, such as PLAYGROUND_SLOTS for the number of cores that training may take.
FROM python:3.13-slim

RUN useradd --create-home --uid 1000 visitor
WORKDIR /app

# Apart from the code, so that an edit does not install everything anew.
COPY requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt
COPY . .

USER visitor
ENV STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=7860 \
    STREAMLIT_SERVER_FILE_WATCHER_TYPE=none
EXPOSE 7860
HEALTHCHECK --start-period=30s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/_stcore/health', timeout=5)"]
CMD ["python", "-m", "streamlit", "run", "streamlit_app.py"]
