/* How long libjpeg-turbo takes to decode a JPEG at 1/divisor of its sides, from memory to RGB:
   libjpeg FILE DIVISOR ROUNDS prints the median in milliseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <jpeglib.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return difference < 0 ? -1 : difference > 0;
}

int main(int argc, char **argv) {
  FILE *file = argc == 4 ? fopen(argv[1], "rb") : NULL;
  if (!file) return 2;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(size);
  if (fread(bytes, 1, size, file) != (size_t)size) return 2;
  int divisor = atoi(argv[2]), rounds = atoi(argv[3]);
  double *times = malloc(rounds * sizeof *times);
  for (int round = 0; round < rounds; round++) {
    double start = now();
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    info.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, size);
    jpeg_read_header(&info, TRUE);
    info.out_color_space = JCS_RGB;
    info.scale_num = 1;
    info.scale_denom = divisor;
    jpeg_start_decompress(&info);
    size_t stride = (size_t)info.output_width * 3;
    unsigned char *pixels = malloc(stride * info.output_height);
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = pixels + stride * info.output_scanline;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    free(pixels);
    times[round] = now() - start;
  }
  qsort(times, rounds, sizeof *times, ascending);
  printf("%.4f\n", times[rounds / 2]);
  return 0;
}
