"""Work that takes longer than a request: the analysis of video files, and the queue that it waits in."""
