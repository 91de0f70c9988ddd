//go:build linux

package runtime

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// logFile holds a container's output in the form that the kubelet reads: time, stream, F or P, line.
type logFile struct {
	path string
	mu   sync.Mutex
	file *os.File
}

func openLog(path string) (*logFile, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	log := &logFile{path: path}
	return log, log.reopen()
}

func (l *logFile) reopen() error {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		l.file.Close()
	}
	l.file = file
	return nil
}

func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

func (l *logFile) writer(stream string) io.Writer { return &logStream{log: l, name: stream} }

type logStream struct {
	log  *logFile
	name string
}

// Write takes what a read of the pipe gave: whole lines, and a part of one at the end.
func (s *logStream) Write(text []byte) (int, error) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	now := time.Now().Format(time.RFC3339Nano)
	var out bytes.Buffer
	for rest := text; len(rest) > 0; {
		line, tag := rest, "P"
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			line, tag, rest = rest[:end], "F", rest[end+1:]
		} else {
			rest = nil
		}
		fmt.Fprintf(&out, "%s %s %s %s\n", now, s.name, tag, line)
	}
	if _, err := s.log.file.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(text), nil
}
