/** One file of ECharts, which has no types of its own: those of the whole package hold for what is in it. */
declare module 'echarts/dist/echarts.common.min' {
  const echarts: typeof import('echarts')
  export default echarts
}
