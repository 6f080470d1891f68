/* CPU time of libjpeg's decode of one file: seconds per decode, one line a round, as read from standard input.
 *
 *   cc -O2 -o probe benches/peers/libjpeg_turbo.c -ljpeg && echo | ./probe face.jpg
 *
 * Each line of input starts one round of the number of decodes given as the second argument (default 5);
 * the third divides the sides (default 1, a full decode).
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <jpeglib.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void decode(const unsigned char *bytes, unsigned long size, int divisor, unsigned char *pixels, size_t room) {
    struct jpeg_decompress_struct d;
    struct jpeg_error_mgr errors;
    d.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&d);
    jpeg_mem_src(&d, bytes, size);
    jpeg_read_header(&d, TRUE);
    d.out_color_space = JCS_RGB;
    d.scale_num = 1;
    d.scale_denom = divisor;
    jpeg_start_decompress(&d);
    size_t row = (size_t)d.output_width * 3;
    if (row * d.output_height > room) exit(3);
    while (d.output_scanline < d.output_height) {
        JSAMPROW line = pixels + row * d.output_scanline;
        jpeg_read_scanlines(&d, &line, 1);
    }
    jpeg_finish_decompress(&d);
    jpeg_destroy_decompress(&d);
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    FILE *file = fopen(arguments[1], "rb");
    if (!file) return 1;
    static unsigned char bytes[16 << 20];
    unsigned long size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    size_t room = 192u << 20;
    unsigned char *pixels = malloc(room);
    int rounds = count > 2 ? atoi(arguments[2]) : 5;
    int divisor = count > 3 ? atoi(arguments[3]) : 1;
    decode(bytes, size, divisor, pixels, room);
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        double start = now();
        for (int round = 0; round < rounds; round++) decode(bytes, size, divisor, pixels, room);
        printf("%.9f\n", (now() - start) / rounds);
        fflush(stdout);
    }
    return 0;
}
