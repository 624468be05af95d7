window.dataPlatform = {
  // The clipboard's own interface exists only on https and loopback; elsewhere the selection is copied.
  async copy(text) {
    try {
      if (navigator.clipboard) {
        await navigator.clipboard.writeText(text);
        return true;
      }
    } catch { /* refused: try the other way */ }
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  },
  scrollToEnd(element) {
    if (element) element.scrollTop = element.scrollHeight;
  },
};
